"""The developer environment behind `./dev`: Python standard library only."""
