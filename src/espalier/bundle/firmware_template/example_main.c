int main(void) {
  return run_example(say);
}
