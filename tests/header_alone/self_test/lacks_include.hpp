#pragma once

inline std::string text() { return "no header told what a string is"; }
