void app_main(void);

void app_main(void) {
  run_example(say);
}
