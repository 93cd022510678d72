// A moment to be woken at, to the microsecond: Node's own timers know milliseconds only.
#pragma once

#include "arguments.h"

namespace raw_socket {

struct Alarm;

void CloseAlarm(Alarm* alarm);

Exported OpenAlarm, SetAlarm, StopAlarm;

}  // namespace raw_socket
