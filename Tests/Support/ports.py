"""A port for a server that must know it before it starts."""
import random, socket

given = set()


def free_port():
    """One that nothing listens on and that was not given out before, below those that the system gives to others.

    A port that the system chose and that is closed again may be another program's by the time a server has it.
    """
    for _ in range(1000):
        port = random.randrange(10_000, 32_000)
        if port in given:
            continue
        given.add(port)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise SystemExit("no free port among 1000")
