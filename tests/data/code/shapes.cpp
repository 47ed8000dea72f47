#include <string>
using namespace std;

namespace shapes {

// A point.
template <typename T>
class Point : public Base {
public:
        Point(int x) : x_(x) {}
        ~Point() = default;
        virtual int area() const = 0;
        // The x.
        int x() const { return x_; }
        bool operator==(const Point &o) const { return x_ == o.x_; }

        class Inner { int z; };

private:
        int x_;
};

template <> int Point<int>::y() { return 1; }
enum class Color { Red, Green };
using Name = std::string;

} // namespace shapes

extern "C" {
int c_function(void);
int other(void) { return 2; }
}
