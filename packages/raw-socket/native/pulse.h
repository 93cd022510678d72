// Signs of life: whoever holds the other end of a stream asks, and the event loop answers by itself.
#pragma once

#include "arguments.h"

namespace raw_socket {

struct Pulse;

void ClosePulse(Pulse* pulse);

Exported AnswerWithTime;

}  // namespace raw_socket
