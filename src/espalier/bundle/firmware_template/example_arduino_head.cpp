#include <Arduino.h>

