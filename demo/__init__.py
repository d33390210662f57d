"""Programs that show Homeward at work. They know it only as any partner does: through what it sends."""
