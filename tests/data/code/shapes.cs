using System;
using static System.Math;

namespace Shapes
{
    /// <summary>A shape.</summary>
    [Serializable]
    public class Shape : Base
    {
        private int sides = 4;
        public int Sides { get; set; }

        public Shape() { }

        // Runs.
        public override void Run() { Console.WriteLine("x"); }
        public static Shape operator +(Shape a, Shape b) => a;
    }

    interface INamed { string Name(); }
    enum Color { Red, Green }
    struct Pair { public int A; }
    record Person(string Name);
    delegate void Action();
}
