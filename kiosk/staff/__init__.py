"""Who may sign in, how long they must wait, and what they may lift."""
