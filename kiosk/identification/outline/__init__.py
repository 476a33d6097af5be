"""The silhouette: where the blade lies and what its cuts are."""
