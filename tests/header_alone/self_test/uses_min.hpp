#pragma once
#include <algorithm>

inline int smaller(int a, int b) { return std::min(a, b); }
