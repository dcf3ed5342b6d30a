"""Doing things at the same moment."""

import threading

from django.db import connections


def at_once(*actions):
    """Does all the actions at one moment, each over a connection of its own; returns what each gave or raised."""
    barrier = threading.Barrier(len(actions))
    results = [None] * len(actions)

    def act(index, action):
        try:
            barrier.wait()
            results[index] = action()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def kinds(results):
    """The names of the results' types, sorted."""
    return sorted(type(result).__name__ for result in results)
