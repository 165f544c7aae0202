using Deit.Training;
using static TorchSharp.torch;

namespace Deit.Distillation;

/// <summary>A teacher's answer to a single batch, kept to repeat a step that failed.</summary>
/// <param name="description">The student's own model: whom the answer is from was judged when it was given.</param>
/// <param name="answer">What <see cref="TeacherAnswer.Of"/> made of the teacher's logits.</param>
internal sealed class KeptAnswer(ModelDescription description, Tensor answer) : Teacher
{
    public override ModelDescription Description => description;

    public override Tensor Answer(Tensor images, BatchPlace place) => answer;
}
