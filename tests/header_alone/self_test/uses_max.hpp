#pragma once
#include <limits>

inline int largest() { return std::numeric_limits<int>::max(); }
