/** Steps that wait a minute for what they look for: a busy machine is slow, not wrong. */
export function patient(steps) {
    return steps.map((step) => ({ timeout: 60000, ...step }));
}
