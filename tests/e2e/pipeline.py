# SPDX-License-Identifier: MIT
"""The whole way: a picture goes into a bucket, the function reads it, the answer stands beside it. And what must not
happen on that way: a wrong answer, an old one, none, or one that wakes the function again."""
import sys
import threading
import time

from bucket import Bucket
from cloud import MODEL, PICTURE, SHARED, SOURCE, Cloud, check

PICTURES = SOURCE / "tests" / "pictures"


def first_class(text):
    return text.decode().splitlines()[0].split(" ")[0]


def read(bucket, folder, picture, want):
    """Puts the picture as FOLDER/digit.png; the answer must be `want`, with ten lines in the seed's format."""
    etag = bucket.put(f"{folder}/digit.png", picture)
    answer = bucket.wait_json(f"{folder}/results.json", lambda a: a["picture"]["etag"].strip('"') == etag)
    text = bucket.wait(f"{folder}/results.txt")
    lines = text.decode().split("\n")
    check(len(lines) == 11 and lines[-1] == "", "ten lines were expected", text)
    for line in lines[:-1]:
        name, _, rest = line.partition(" ; probability=")
        check(name.startswith("class=") and rest.endswith(" ") and len(rest) == 9, "not the seed's format:", line)
    check(first_class(text) == f"class={want}", folder, text)
    return answer


def built_in_model(bucket):
    for i, name in enumerate(["1_marker.png", "4_marker.png", "7_crossed.png"]):
        answer = read(bucket, f"built-in/{i}", (PICTURES / name).read_bytes(), name[0])
        check(answer["model"] == "built-in", answer["model"])


def own_model(bucket):
    etag = bucket.put("own/model.onnx", MODEL.read_bytes())
    report = bucket.wait_json("own/model.report.json")
    check(bucket.wait("own/model.report.txt"), report)
    answer = read(bucket, "own", (PICTURES / "4_marker.png").read_bytes(), "4")
    check(answer["model"]["key"] == "own/model.onnx" and answer["model"]["etag"].strip('"') == etag, answer["model"])
    answer = read(bucket, "own/a/b", (PICTURES / "7_crossed.png").read_bytes(), "7")  # the nearest one going up
    check(answer["model"]["key"] == "own/model.onnx", answer["model"])


def seed(bucket):
    folder = SHARED / "data" / "seed"
    if not (folder / "model.onnx").exists():
        print("not tried: there is no ../shared/data/seed")
        return
    bucket.put("seed/model.onnx", (folder / "model.onnx").read_bytes())
    read(bucket, "seed", (folder / "digit.png").read_bytes(), "1")


def picture_before_model(bucket):
    """`aws s3 sync` sends the small file first; the answer must be the model's in the end."""
    for i in range(3):
        bucket.put(f"sync/{i}/digit.png", PICTURE.read_bytes())
        etag = bucket.put(f"sync/{i}/model.onnx", MODEL.read_bytes())
        bucket.wait_json(f"sync/{i}/results.json",
                         lambda a: a["model"] != "built-in" and a["model"]["etag"].strip('"') == etag)


def quick_succession(bucket):
    """Pictures under one key, faster than they are read: the last one's answer stands."""
    pictures = [(PICTURES / f"{n}_marker.png").read_bytes() for n in (1, 4, 7, 2, 3)]
    for body in pictures * 3:
        etag = bucket.put("quick/digit.png", body)
    bucket.wait_json("quick/results.json", lambda a: a["picture"]["etag"].strip('"') == etag)
    bucket.wait("quick/results.txt", lambda body: first_class(body) == "class=3")
    time.sleep(1)
    check(first_class(bucket.get("quick/results.txt")) == "class=3", "an older answer came last")


def other_keys(bucket):
    picture = (PICTURES / "4_marker.png").read_bytes()
    for key in ["odd/a b+c%20.png", "odd/zwölf/七.PNG", "odd/x.y.png", "odd//double.png", "odd/quote\"'<&>.png"]:
        bucket.put(key, picture)
        check(first_class(bucket.wait(key[:-4] + ".results.txt" if key.endswith(".png") else key + ".results.txt")) == "class=4", key)
    photo = (PICTURES / "2_photo.jpg").read_bytes()
    for key in ["odd/photo.jpg", "odd/photo.JPG", "odd/photo.jpeg"]:
        bucket.put(key, photo)
        check(first_class(bucket.wait(key + ".results.txt")) == "class=2", key)


def bad_pictures(bucket):
    good = PICTURE.read_bytes()
    cases = {"cut.png": good[:812], "empty.png": b"", "text.png": b"not a picture", "phone.heic": b"\0\0\0\x18ftypheic" + b"\0" * 100,
             "scan.tif": b"II*\0" + b"\0" * 100}
    for name, body in cases.items():
        bucket.put(f"bad/{name}", body)
    for name in cases:
        key = f"bad/{name[:-4]}.results.txt" if name.endswith(".png") else f"bad/{name}.results.txt"
        text = bucket.wait(key).decode()
        check(text.startswith("error=bad-image ; message=") and text.endswith(" \n") and text.count("\n") == 1, name, text)
        check(name in text, "the message does not name the picture:", text)


def bad_models(bucket):
    model = MODEL.read_bytes()
    for name, body in {"cut": model[:len(model) // 2], "empty": b"", "text": b"not a model"}.items():
        bucket.put(f"models/{name}/model.onnx", body)
        bucket.wait(f"models/{name}/model.report.txt")
        bucket.put(f"models/{name}/digit.png", PICTURE.read_bytes())
        text = bucket.wait(f"models/{name}/results.txt").decode()
        check(text.startswith("error=bad-model ; message="), name, text)


def many_at_once(bucket):
    failures = []

    def client(number):
        try:
            mine = Bucket(bucket.cloud)
            for i in range(5):
                digit = (number + i) % 10
                read(mine, f"many/{number}/{i}", (PICTURES / f"{digit}_marker.png").read_bytes(), digit)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(not failures, failures)


def nothing_wakes_itself(bucket):
    """No answer about an answer, and no answer where nothing was asked."""
    bucket.put("quiet/notes.txt", b"x")
    time.sleep(1)
    strange = [k for k in bucket.keys() if k.count("results.") > 1 or "results.report" in k or "report.results" in k]
    check(not strange, strange)
    check(bucket.keys("quiet/") == ["quiet/notes.txt"], bucket.keys("quiet/"))


def restart(cloud, bucket):
    """What was answered is still there, and what comes next is answered."""
    before = sorted(bucket.keys("own/"))
    check(cloud.stop() == 0)
    cloud.start()
    again = Bucket(cloud)
    check(sorted(again.keys("own/")) == before, "keys were lost")
    read(again, "after", (PICTURES / "4_marker.png").read_bytes(), "4")


def main():
    with Cloud() as cloud:
        bucket = Bucket(cloud)
        for step in (built_in_model, own_model, seed, picture_before_model, quick_succession, other_keys, bad_pictures,
                     bad_models, many_at_once, nothing_wakes_itself):
            if sys.argv[1:] and step.__name__ not in sys.argv[1:]:
                continue
            began = time.time()
            step(bucket)
            print(f"ok {step.__name__} {time.time() - began:.1f} s")
        if not sys.argv[1:]:
            restart(cloud, bucket)
            print("ok restart")


main()
