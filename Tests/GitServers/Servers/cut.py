"""A connection that breaks: cut.py PORT (down|up) LIMIT..., is slow: cut.py PORT slow RATE, or drips: cut.py PORT drip
RATE AFTER

Passes TCP connections on to PORT of this machine. The first connection ends after LIMIT bytes from the server (down) or
to it (up), the next one after the next LIMIT; a limit of -1, and every connection after the last, has none. A slow one
passes RATE bytes a second on; one that drips does so after AFTER bytes, in small parts. Prints its port.
"""
import socket
import sys
import threading
import time

target, direction, limits = int(sys.argv[1]), sys.argv[2], list(map(int, sys.argv[3:]))
rate = limits.pop(0) if direction in ("slow", "drip") else None
fast = limits.pop(0) if direction == "drip" else 0


def most(passed):
    if direction != "drip":
        return 65536
    return min(65536, fast - passed) if passed < fast else max(1, rate // 20)


def pump(source, sink, limit, ends):
    passed = 0
    try:
        while data := source.recv(most(passed) if limit < 0 else min(65536, limit - passed)):
            if direction == "slow" or direction == "drip" and passed >= fast:
                time.sleep(len(data) / rate)
            sink.sendall(data)
            passed += len(data)
            if passed == limit:
                break
        else:
            if limit < 0:
                return sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


listener = socket.create_server(("127.0.0.1", 0))
print("port", listener.getsockname()[1], flush=True)
while True:
    client, _ = listener.accept()
    server = socket.create_connection(("127.0.0.1", target))
    limit = limits.pop(0) if limits else -1
    ends = (client, server)
    for source, sink, name in ((client, server, "up"), (server, client, "down")):
        mine = limit if name == direction else -1
        threading.Thread(target=pump, args=(source, sink, mine, ends), daemon=True).start()
