#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An AWS for the tests: moto's server, with what it gets wrong about stacks put right.

usage: stand_in.py PORT_FILE     serves until it is stopped; writes its port when it is ready; exit 77: moto is not here

- an update does what a resource's Condition says, as a creation does;
- a resource that moto cannot update stays what it is, instead of vanishing.
"""
import os
import sys
import warnings

try:
    import moto.cloudformation.parsing as parsing
    import moto.server  # noqa: F401  (needs more than moto itself)
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer
except ImportError as error:
    print("skipped: %s (pip install 'moto[server]')" % error)
    sys.exit(77)

warnings.simplefilter("ignore")  # of resources that moto leaves out
update = parsing.parse_and_update_resource


def update_as_told(logical_id, resource_json, resources_map, **place):
    condition = resource_json.get("Condition")
    if condition and not resources_map.lazy_condition_map[condition]:
        return None
    before = resources_map.get(logical_id)
    return update(logical_id, resource_json, resources_map, **place) or before


parsing.parse_and_update_resource = update_as_told

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
port = server.get_host_and_port()[1]
with open(sys.argv[1] + ".part", "w") as file:
    file.write(str(port))
os.rename(sys.argv[1] + ".part", sys.argv[1])
server._thread.join()
