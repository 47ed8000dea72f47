// The protocol of the load programs (client/client.h says what it is) for those that run on Node.js.
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const BODY_SIZE = 200;

/** Microseconds of CLOCK_MONOTONIC. */
export function now() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e6 + nanoseconds / 1e3;
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** {"n": …, "pad": "xxx…"}, as long as everybody's. */
export function body(n) {
    const used = JSON.stringify({ n, pad: "" }).length;
    return { n, pad: "x".repeat(BODY_SIZE - used) };
}

/** What has to be done, and what was done. */
class Work {
    handled = 0;
    begunAt = 0;
    lastAt = 0;
    before = 0;
    target = 0;
    stopped = false;
    times = [];
    ids = [];

    constructor(options) {
        this.options = options;
    }

    get over() {
        return this.stopped || this.handled >= this.target;
    }

    /** Messages that arrived; `at` once for all of them. */
    note(numbers, at) {
        this.times.push(at, numbers.length);
        for (const n of numbers) this.ids.push(n);
        this.noteCount(numbers.length, at);
    }

    noteCount(count, at) {
        this.handled += count;
        this.lastAt = at;
    }

    write() {
        if (!this.options.out) return;
        writeFileSync(`${this.options.out}.0.times`, Float64Array.from(this.times));
        writeFileSync(`${this.options.out}.0.ids`, Float64Array.from(this.ids));
    }
}

function parse(words) {
    const options = { members: 1, batch: 1, first: 0, rate: 0, arrival: 0, out: "" };
    for (const word of words) {
        const [name, value] = word.split("=");
        options[name] = name === "out" ? value : Number(value);
    }
    return options;
}

/** Senders: `send(first, count)` sends messages numbered from `first`. */
export function sender(send) {
    return async (work) => {
        const { members, batch, first, rate } = work.options;
        const sendAndNote = async (from, count) => {
            await send(from, count);
            work.noteCount(count, now());
        };
        if (rate) {
            for (let next = now() + 1e6 / rate; !work.stopped; next += 1e6 / rate) {
                await sleep(Math.max(0, (next - now()) / 1e3));
                await sendAndNote(Math.round(now()), 1);
            }
            return;
        }
        let at = work.before;
        const one = async () => {
            while (!work.stopped && at < work.target) {
                const from = at;
                const count = Math.min(batch, work.target - from);
                at += count;
                await sendAndNote(first + from, count);
            }
        };
        await Promise.all(Array.from({ length: members }, one));
    };
}

/** `roles[mode](connection, work)` connects and returns {run, close}. */
export async function start(roles) {
    const [mode, conninfo, ...words] = process.argv.slice(2);
    const { host, user, dbname } = Object.fromEntries(conninfo.split(" ").map((word) => word.split("=")));
    const work = new Work(parse(words));
    const role = await roles[mode]({ host, user, database: dbname }, work);
    let running = Promise.resolve();

    const go = async (count) => {
        work.before = work.handled;
        work.target = count ? work.handled + count : Infinity;
        work.stopped = false;
        work.begunAt = now();
        await role.run(work);
        console.log(`done ${work.handled - work.before} ${Math.max(0, work.lastAt - work.begunAt) / 1e6}`);
    };
    const fail = (error) => {
        console.error(error);
        process.exit(1);
    };
    createInterface({ input: process.stdin })
        .on("line", (line) => {
            if (line === "stop") work.stopped = true;
            else running = go(Number(line.split(" ")[1])).catch(fail);
        })
        .on("close", async () => {
            await running;
            await role.close();
            work.write();
            process.exit(0);
        });
    console.log("ready");
}
