//HintName: Sample.Student.g.cs
namespace Sample;

public partial class Student
{
    public int Forward() => 1;
}
