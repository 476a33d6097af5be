"""What an owner edits and what the world of keys is: TOML files and the frozen models that check them.

Responsible for: reading, converting to mm and checking every figure once. Not responsible for: deciding
anything. Imports nothing else of ours.
"""
