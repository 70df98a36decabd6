# SPDX-License-Identifier: MIT
"""@aws-sdk/client-s3: runs js_client.mjs with the packages that ./do test put in build/npm."""
import os
import shutil
import subprocess

from cloud import BUILD, MODEL, PICTURE, SOURCE, Cloud, check, skip

# the sanitizer's build folder lies inside the other one and shares its packages
modules = next((d / "npm" / "node_modules" for d in (BUILD, *BUILD.parents)
                if (d / "npm" / "node_modules" / "@aws-sdk" / "client-s3").is_dir()), None)
if not shutil.which("node"):
    skip("there is no node")
if not modules:
    skip("build/npm has no @aws-sdk/client-s3 (./do test installs it)")


def main():
    with Cloud() as cloud:
        script = cloud.folder / "js_client.mjs"  # beside node_modules: that is how node finds them
        shutil.copy(SOURCE / "tests" / "e2e" / "js_client.mjs", script)
        os.symlink(modules, cloud.folder / "node_modules")
        done = subprocess.run(["node", script, cloud.endpoint, MODEL, PICTURE], env=cloud.environment(), timeout=150)
        check(done.returncode == 0, "js_client.mjs failed")


main()
