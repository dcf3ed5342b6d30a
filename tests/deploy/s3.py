"""A storage that speaks S3, in this process: moto's server."""

import logging
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "promotions-exports"
KEYS = {"access_key": "a key", "secret_key": "a secret"}


@contextmanager
def served(address="127.0.0.1"):
    """A server with an empty bucket; yields its endpoint."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address=address, port=0, verbose=False)
    server.start()
    try:
        endpoint = f"http://{address}:{server.get_host_and_port()[1]}"
        client(endpoint).create_bucket(Bucket=BUCKET)
        yield endpoint
    finally:
        server.stop()


def client(endpoint):
    """boto3's own client of the server."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    )


def keys(endpoint):
    """The names of all files in the bucket."""
    return [one["Key"] for one in client(endpoint).list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def options(endpoint):
    """The options of our storage, as settings.py makes them of S3_BUCKET and its companions."""
    return {"bucket_name": BUCKET, "endpoint_url": endpoint, "region_name": "us-east-1", **KEYS}


def variables(endpoint):
    """The environment variables that name the bucket."""
    return {
        "S3_BUCKET": BUCKET,
        "S3_ENDPOINT": endpoint,
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY": KEYS["access_key"],
        "S3_SECRET_KEY": KEYS["secret_key"],
    }
