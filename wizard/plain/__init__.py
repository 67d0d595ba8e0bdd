"""The plain mode: the wizard as numbered questions and lines that scroll, for pipes, readers and odd terminals."""
