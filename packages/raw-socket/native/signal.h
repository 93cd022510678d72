// Signals that Node has no name for, the real-time ones above all.
#pragma once

#include "arguments.h"

namespace raw_socket {

struct SignalWatch;

void CloseSignalWatch(SignalWatch* watch);

Exported WatchSignal, UnwatchSignal;

}  // namespace raw_socket
