/* Exact instruction counts between two addresses for QEMU's plugin API version 1, declared here so that no QEMU header
 * is needed. Arguments: begin=0xADDR end=0xADDR out=FILE. Counting starts when the instruction at `begin` executes and
 * stops when the one at `end` does; each pair appends one line with the number of instructions to FILE. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
typedef void (*translated)(plugin_id, struct qemu_plugin_tb *);
typedef void (*executed)(unsigned int, void *);
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, translated);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, executed, int, void *);
extern void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int, void *, uint64_t);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
static uint64_t begin_at = ~0ull, end_at = ~0ull, total;
static const char *out = "count.txt";

static void on_begin(unsigned int cpu, void *unused) {
  (void)cpu;
  (void)unused;
  total = 0;
}

static void on_end(unsigned int cpu, void *unused) {
  FILE *file = fopen(out, "a");
  (void)cpu;
  (void)unused;
  if (file == NULL) return;
  fprintf(file, "%llu\n", (unsigned long long)total);
  fclose(file);
}

static void on_translated(plugin_id id, struct qemu_plugin_tb *block) {
  size_t n = qemu_plugin_tb_n_insns(block), i;
  (void)id;
  for (i = 0; i < n; i++) {
    struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
    uint64_t address = qemu_plugin_insn_vaddr(instruction);
    if (address == begin_at) qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_begin, 0, NULL);
    if (address == end_at) qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_end, 0, NULL);
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, 0, &total, 1);
  }
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int count,
                                                               char **arguments) {
  int i;
  (void)info;
  for (i = 0; i < count; i++) {
    if (!strncmp(arguments[i], "begin=", 6)) begin_at = strtoull(arguments[i] + 6, NULL, 0) & ~1ull;
    if (!strncmp(arguments[i], "end=", 4)) end_at = strtoull(arguments[i] + 4, NULL, 0) & ~1ull;
    if (!strncmp(arguments[i], "out=", 4)) out = strdup(arguments[i] + 4);
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
  return 0;
}
