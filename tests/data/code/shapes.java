/* Licence */
package org.example;

import java.util.List;
import static java.lang.Math.*;

/** A shape. */
@Deprecated
public class Shape<T> extends Base implements Runnable {
    private static final int SIDES = 4;

    /** Makes. */
    public Shape() { }

    @Override
    public void run() { System.out.println("x"); }

    static { load(); }

    interface Inner { void act(); }

    enum Color { RED, GREEN; int code() { return 1; } }

    record Pair(int a, int b) { }
}
