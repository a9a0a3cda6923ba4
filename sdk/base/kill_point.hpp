#pragma once
// Named places at which a crash test may end the process with SIGKILL. Compiled into test builds
// only (SMEV_KILL_POINTS); elsewhere the macro is nothing.
//
// SMEV_KILL_AT="outbox.freeze.committed:3" kills at the third visit of that point.

#ifdef SMEV_KILL_POINTS
namespace smev::detail {
void visit_kill_point(const char* point);
}
#define SMEV_KILL_POINT(point) ::smev::detail::visit_kill_point(point)
#else
#define SMEV_KILL_POINT(point) static_cast<void>(0)
#endif
