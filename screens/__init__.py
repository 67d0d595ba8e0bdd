"""The wizard on the screen, in Textual. It shows and edits; it runs, reads and decides nothing."""
