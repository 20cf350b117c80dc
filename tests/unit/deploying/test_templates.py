from __future__ import annotations

from mainstay.deploying.templates import differences, read_template

TEMPLATE = """
Parameters: {Stage: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub '${Stage}-q', Tags: [{Key: a, Value: !GetAtt Other.Arn.Of}]}
  Role:
    Type: AWS::IAM::Role
    Condition: IsProd
    Properties: {Arns: !If [IsProd, [a], !Ref 'AWS::NoValue']}
"""


def test_short_forms_are_spelled_out() -> None:
    read = read_template(TEMPLATE)

    assert read["Conditions"]["IsProd"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    assert read["Resources"]["Queue"]["Properties"] == {
        "QueueName": {"Fn::Sub": "${Stage}-q"},
        "Tags": [{"Key": "a", "Value": {"Fn::GetAtt": ["Other", "Arn.Of"]}}],
    }
    assert read["Resources"]["Role"]["Properties"]["Arns"] == {
        "Fn::If": ["IsProd", ["a"], {"Ref": "AWS::NoValue"}]
    }


def test_what_differs_is_named_resource_by_resource() -> None:
    before = read_template(TEMPLATE)
    after = read_template(
        TEMPLATE.replace("${Stage}-q", "${Stage}-queue")
        .replace("  Role:", "  Group:")
        .replace("prod]}", "dev]}")
    )

    assert list(differences(before, after)) == [
        "create Group (AWS::IAM::Role)",
        "change Queue (AWS::SQS::Queue)",
        "delete Role (AWS::IAM::Role)",
        "change conditions",
    ]


def test_the_same_template_in_other_words_differs_in_nothing() -> None:
    spaced = TEMPLATE.replace("{Key: a, ", "{Key:   'a',   ")

    assert spaced != TEMPLATE
    assert list(differences(read_template(TEMPLATE), read_template(spaced))) == []
