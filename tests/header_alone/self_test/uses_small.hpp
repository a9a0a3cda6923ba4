#pragma once

struct Sizes {
  int small;
};
