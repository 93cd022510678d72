// TCP connections by number. One epoll descriptor for all of them, so that a connection costs the
// event loop no handle of its own: a check that lasts a millisecond needs six system calls.
#pragma once

#include "arguments.h"

namespace raw_socket {

struct Streams;

// Closes all connections, and lets go of the event loop.
void CloseStreams(Streams* streams);

Exported WatchStreams, OpenStream, ReadStream, WriteStream, StreamError, CloseStream;

}  // namespace raw_socket
