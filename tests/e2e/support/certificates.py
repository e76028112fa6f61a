"""Throw-away certificates, by the repository's own script."""
import subprocess

from support.harness import SOURCE_DIR

FILES = ("ca.pem", "server.pem", "server.key", "client.pem", "client.key")


def make(case, name="certs"):
    """Returns the folder with a new authority and the certificates it signed."""
    folder = case.folder / name
    done = subprocess.run([SOURCE_DIR / "certs" / "generate.sh", folder], capture_output=True, timeout=30, check=False)
    case.assertEqual(done.returncode, 0, "certs/generate.sh failed: " + done.stderr.decode(errors="replace"))
    for file in FILES:
        case.assertTrue((folder / file).exists(), f"certs/generate.sh made no {file}")
    return folder
