#pragma once
/// Everything that a program of a department needs.

#include "smev/elk/update.hpp"
#include "smev/sender/sender.hpp"
