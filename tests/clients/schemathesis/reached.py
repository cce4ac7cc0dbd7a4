"""Every operation did what it is for at least once; one that only ever refuses has not been tried."""

import json
import sys
from pathlib import Path


def main(document: str, answers: str) -> None:
    """Compares what was answered with the document."""
    statuses = json.loads(Path(answers).read_text())
    paths = json.loads(Path(document).read_text())["paths"].values()
    operations = [operation["operationId"] for path in paths for operation in path.values()]
    unreached = [name for name in operations if not any(status.startswith("2") for status in statuses.get(name, {}))]
    if unreached:
        sys.exit(f"never did what they are for: {', '.join(unreached)}")
    print(f"all {len(operations)} operations did what they are for")


if __name__ == "__main__":
    main(*sys.argv[1:])
