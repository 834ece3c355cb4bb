
static void say(const char *text) {
  Serial.print(text);
}

void setup() {
  Serial.begin(115200);
  delay(2000); /* until the port of a board with USB of its own is there */
}

void loop() {
  run_example(say);
  delay(1000);
}
