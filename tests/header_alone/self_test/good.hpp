#pragma once
#include <string>

inline std::string good() { return "min, max and small in a text"; }
