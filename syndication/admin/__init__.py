"""The engine's screens in Wagtail's admin, one file a screen; `syndication.wagtail_hooks` hangs them up."""
