// A timer of the event loop that calls straight back: Node's own keep lists of them in JavaScript.
#pragma once

#include "arguments.h"

namespace raw_socket {

struct Timer;

void CloseTimer(Timer* timer);

Exported OpenTimer, StartTimer, StopTimer, ShutTimer;

}  // namespace raw_socket
