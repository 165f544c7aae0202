using System.Globalization;
using System.Text.Json.Nodes;
using Deit.Checkpoints;
using Deit.Tests.Support;
using Deit.Training;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>What a repeated step tells is found anew, from the files that hold its state and batch.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class ReplayTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Output => _temporary.File("out");

    private string Json => Path.Combine(Output, "failure", "failure.json");

    private string Batch => Path.Combine(Output, "failure", "batch.safetensors");

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("distillation.type=none")]
    [InlineData("distillation.type=hard")]
    [InlineData("distillation.type=soft")]
    [InlineData("distillation.type=soft", "distillation.top_k=3", "student.grad_accum_steps=2")]
    [InlineData("distillation.type=none", "student.loss=bce", "student.smoothing=0", "student.freeze=[first]")]
    public void The_loss_is_that_of_the_step_whoever_teaches(params string[] options)
    {
        Fail(["student.explosion_factor=0.001", .. options]);

        (StepFailure then, StepRepetition now) = Replay();

        Assert.Equal((FailureCause.Explosion, FailureCause.Explosion), (then.Cause, now.Cause));
        Assert.Equal(double.Parse(then.Loss, CultureInfo.InvariantCulture), now.Loss!.Value, 1e-6);
        Assert.Equal((then.Growth, null, null), (now.Growth, now.Gradient, now.Missing));
        Assert.StartsWith("The loss has exploded to ", now.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", "head.bias")]
    [InlineData("hard", "head_dist.bias")]
    public void The_first_gradient_on_the_way_back_is_found(string distillation, string expected)
    {
        Fail("student.lr=1e30", "student.warmup_epochs=0", "student.explosion_factor=0", $"distillation.type={distillation}");

        (StepFailure then, StepRepetition now) = Replay();

        Assert.Equal((FailureCause.Loss, then.FirstNonFinite, expected), (now.Cause, now.FirstNonFinite, now.Gradient));
        Assert.False(double.IsFinite(now.Loss!.Value));
        Assert.Contains($"Of the gradients, that of {expected} is the first on the way back that is not finite.", now.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_taken_from_what_was_found_then()
    {
        Fail("student.lr=1e30", "student.warmup_epochs=0", "student.explosion_factor=0");
        (_, StepRepetition honest) = Replay();
        Change(static json => (json["cause"], json["loss"], json["gradient"], json["firstNonFinite"]) = ("Gradient", "1.5", "nobody.weight", null));

        (StepFailure then, StepRepetition now) = Replay();

        Assert.Equal((FailureCause.Gradient, "1.5", "nobody.weight", null), (then.Cause, then.Loss, then.Gradient, then.FirstNonFinite));
        Assert.Equal(honest, now);
        Assert.NotNull(now.FirstNonFinite);
    }

    [Fact]
    public void A_step_that_does_not_fail_when_it_is_repeated_is_said_not_to()
    {
        Fail("student.explosion_factor=0.001");
        Change(static json => json["lossLimit"] = null);

        (_, StepRepetition now) = Replay();

        Assert.Null(now.Cause);
        Assert.EndsWith("By the readable layers, the step does not fail.", now.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("answer", "answer of the teacher")]
    [InlineData("targets", "targets")]
    public void What_an_earlier_version_did_not_keep_is_not_invented(string tensor, string what)
    {
        Fail("student.explosion_factor=0.001");
        using (NewDisposeScope())
        {
            Dictionary<string, Tensor> tensors = Safetensors.Load(Batch);
            Assert.True(tensors.Remove(tensor));
            Safetensors.Save(Batch, tensors);
        }

        (StepFailure then, StepRepetition now) = Replay();

        Assert.Equal((null, null, null), (now.Loss, now.Cause, now.Gradient));
        Assert.Equal(then.Growth, now.Growth);
        Assert.StartsWith($"The files, which an earlier version wrote, hold no {what}: loss and gradients are not known. Every layer's", now.Finding, StringComparison.Ordinal);
    }

    private void Fail(params string[] options)
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path, options);
        Assert.Throws<DeitException>(() => RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = Output }).Execute());
    }

    private (StepFailure Then, StepRepetition Now) Replay() => FailureFolder.Replay(Output, TinyModels.Registry);

    private void Change(Action<JsonObject> change)
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(Json))!.AsObject();
        change(json);
        File.WriteAllText(Json, json.ToJsonString());
    }
}
