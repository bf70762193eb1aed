/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include "tender/cage.h"
static int kvm_prepare(struct guest *guest, struct err *err)
{
    (void)guest;
    return err_set(err, ENOSYS, "the kvm cage");
}
const struct cage cage_kvm = {.name = "kvm", .prepare = kvm_prepare};
