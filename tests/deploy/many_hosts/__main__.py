"""Sets the hosts up, lets them fail and gives the verdict."""

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path

from tests.deploy import s3
from tests.deploy.many_hosts import __doc__ as description
from tests.deploy.many_hosts.hosts import Network, postgresql


def arguments():
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", type=int, default=1_000_000, help="of the job that is followed")
    parser.add_argument("--seconds", type=float, default=60, help="for which hosts fail at random")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--hurry", action="store_true", help="let leases run out instead of waiting for them")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    with (
        Network() as network,
        postgresql(network.address) as url,
        s3.served(network.address) as endpoint,
        tempfile.TemporaryDirectory(prefix="promotions-var-") as folder,
    ):
        os.environ |= {"DATABASE_URL": url, "VAR_DIR": folder, "BEHIND_PROXY": "true"} | s3.variables(endpoint)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
        # The settings are read only now that there is what they name.
        from tests.deploy.many_hosts import scenario

        figures = scenario.run(network, options, Path(folder))
    text = json.dumps(figures, indent=2)
    sys.stdout.write(f"{text}\n")
    if options.json:
        options.json.write_text(text)
    return 1 if figures["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
