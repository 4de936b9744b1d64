"""What `./dev replay FILE.csv` does in its database."""


def main(env, args):
    """Say that the replay is still to be written."""
    print(f"Replay of {args.file} (policy {args.policy}, until {args.until}): not written yet.")
    return 1
