"""What looks at an environment from inside. Run by the project's own Python: standard library and torch only.

A package and not one file, because each theme is read on its own; it is handed to the other Python as the path of
`__main__.py`, which loads the rest from beside it without putting any folder on that Python's path: a module of ours
called `devices` must not hide one of the project's. So modules here import each other relatively, nothing else of this
project, and use no syntax and no library newer than Python 3.8.
"""
