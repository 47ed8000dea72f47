// pg-boss: loops of fetch() and complete(), one for each reader, as its documentation has for those who want to control the
// rate themselves; its own work() waits at least half a second between fetches of one job. For latency it is work() with
// LISTEN/NOTIFY. Supervision and schedules are off: nothing but the work runs.
import { PgBoss } from "pg-boss";
import { body, now, sender, sleep, start } from "./protocol.mjs";

const QUEUE = "bench";

async function open(connection, max, more = {}) {
    const boss = new PgBoss({ ...connection, max, supervise: false, schedule: false, ...more });
    boss.on("error", (error) => {
        console.error(error);
        process.exit(1);
    });
    await boss.start();
    return boss;
}

async function receive(connection, work) {
    const { members, batch, arrival } = work.options;
    const boss = await open(connection, members + 1, { useListenNotify: Boolean(arrival) });
    const loop = async () => {
        while (!work.over) {
            const jobs = await boss.fetch(QUEUE, { batchSize: batch });
            if (!jobs.length) {
                await sleep(2);
                continue;
            }
            await boss.complete(QUEUE, jobs.map((job) => job.id));
            work.note(jobs.map((job) => job.data.n), now());
        }
    };
    const workWhenNotified = async () => {
        await boss.work(QUEUE, { batchSize: batch, localConcurrency: members, pollingIntervalSeconds: 0.5 }, async (jobs) => {
            work.note(jobs.map((job) => job.data.n), now());
        });
        while (!work.over) await sleep(5);
    };
    return {
        run: () => (arrival ? workWhenNotified() : Promise.all(Array.from({ length: members }, loop))),
        close: () => boss.stop({ graceful: false }),
    };
}

async function send(connection, work) {
    const boss = await open(connection, work.options.members);
    const sendJobs = (first, count) =>
        count === 1
            ? boss.send(QUEUE, body(first))
            : boss.insert(QUEUE, Array.from({ length: count }, (_, i) => ({ data: body(first + i) })));
    return { run: sender(sendJobs), close: () => boss.stop({ graceful: false }) };
}

async function install(connection) {
    const boss = await open(connection, 2);
    await boss.createQueue(QUEUE, { notify: true });
    return { run: async () => {}, close: () => boss.stop({ graceful: false }) };
}

await start({ receive, send, install });
