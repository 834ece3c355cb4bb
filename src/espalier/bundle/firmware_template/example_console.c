
static void say(const char *text) {
  fputs(text, stdout);
}

