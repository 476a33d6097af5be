"""The touchscreen. Importing this package opens no window and imports no Kivy."""
