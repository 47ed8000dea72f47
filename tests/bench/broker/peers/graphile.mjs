// graphile-worker. Settings as in its documentation's page on performance: batch 1 is its plain mode (each job fetched and
// completed by itself), a larger batch the size of the local queue with completion in batches without a delay. Prepared
// statements are on by default, the pool has concurrency + 2 connections as the reference asks for, success is not logged
// (NO_LOG_SUCCESS, NODE_ENV=production).
import { Logger, makeWorkerUtils, run, runMigrations } from "graphile-worker";
import pg from "pg";
import { body, now, sender, sleep, start } from "./protocol.mjs";

const logger = new Logger(() => (level, message) => {
    if (level === "error") console.error(message);
});

function newPool(connection, max) {
    const fail = (error) => {
        console.error(error);
        process.exit(1);
    };
    return new pg.Pool({ ...connection, max }).on("error", fail).on("connect", (client) => client.on("error", fail));
}

async function receive(connection, work) {
    const { members, batch, arrival } = work.options;
    const pgPool = newPool(connection, members + 2);
    const tasks = {
        bench: (payload) => {
            work.note([payload.n], now());
        },
    };
    const batched = { localQueue: { size: batch }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
    return {
        async run() {
            const runner = await run({
                pgPool,
                logger,
                concurrency: members,
                noHandleSignals: true,
                pollInterval: arrival ? 2000 : 10, // 2000 is its default
                taskList: tasks,
                preset: { worker: batch > 1 ? batched : {} },
            });
            while (!work.over) await sleep(5);
            await runner.stop(); // which completes what ran
        },
        close: () => pgPool.end(),
    };
}

async function send(connection, work) {
    const pgPool = newPool(connection, work.options.members);
    const utils = await makeWorkerUtils({ pgPool, logger });
    const sendJobs = (first, count) =>
        count === 1
            ? utils.addJob("bench", body(first))
            : utils.addJobs(Array.from({ length: count }, (_, i) => ({ identifier: "bench", payload: body(first + i) })));
    return {
        run: sender(sendJobs),
        async close() {
            await utils.release();
            await pgPool.end();
        },
    };
}

async function install(connection) {
    const pgPool = newPool(connection, 2);
    await runMigrations({ pgPool, logger });
    return { run: async () => {}, close: () => pgPool.end() };
}

await start({ receive, send, install });
