"""What a machine learns of its own cameras and of the sections it must know."""
