"""The sample publication: The Harbour Review, its people, its pieces and its pictures. All of it invented, all of it ours."""
